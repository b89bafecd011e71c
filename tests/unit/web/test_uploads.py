import io

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from web.uploads import MAX_BYTES, UploadRefused, plain_name, read


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 20), **options) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "red").save(target, form, **options)
    return target.getvalue()


def sent(data: bytes, name: str = "照片.jpg") -> FileStorage:
    return FileStorage(io.BytesIO(data), filename=name)


def reason(data: bytes, name: str = "照片.jpg") -> str:
    with pytest.raises(UploadRefused) as refused:
        read(sent(data, name))
    return refused.value.details["fields"][0]["reason"]


def test_a_picture_loses_where_and_with_what_it_was_taken():
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[2] = (28.0, 9.0, 0.0)
    data = picture(exif=exif)
    assert b"PhoneMaker" in data
    upload = read(sent(data))
    assert b"PhoneMaker" not in upload.data
    with Image.open(io.BytesIO(upload.data)) as clean:
        assert not clean.getexif()


def test_a_picture_lying_on_its_side_is_set_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(read(sent(picture(exif=exif))).data)) as clean:
        assert clean.size == (20, 40)


def test_a_huge_picture_is_made_smaller():
    with Image.open(io.BytesIO(read(sent(picture(size=(4000, 1000)))).data)) as clean:
        assert clean.size == (2560, 640)


def test_the_suffix_follows_the_content_and_not_the_name():
    upload = read(sent(picture("PNG"), "照片.jpg"))
    assert (upload.media_type, upload.suffix) == ("image/png", ".png")


def test_pdf_is_taken_as_it_is():
    upload = read(sent(b"%PDF-1.7 text", "证明.pdf"))
    assert (upload.media_type, upload.data) == ("application/pdf", b"%PDF-1.7 text")


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script>",
        b"MZ\x90\x00program",
        b"#!/bin/sh",
        b"PK\x03\x04 some archive",
        b"text",
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(data: bytes):
    assert "不是可以上传的类型" in reason(data)


def test_a_broken_picture_is_refused():
    assert "已损坏" in reason(picture()[:60])


def test_a_picture_of_a_form_that_only_looks_like_one_is_refused():
    assert "已损坏" in reason(b"\xff\xd8\xff\xe0" + b"<script>" * 50)


def test_an_empty_file_is_refused():
    assert "空文件" in reason(b"")


def test_a_file_above_the_limit_is_refused():
    assert "太大" in reason(b"%PDF-" + b"0" * MAX_BYTES)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\photos\a.jpg", "a.jpg"),
        ("<b>.jpg", "_b_.jpg"),
        ("楼道𠮷😀.jpg", "楼道𠮷😀.jpg"),
        (None, "附件"),
        ("", "附件"),
    ],
)
def test_names_keep_nothing_that_could_mean_something(name, kept):
    assert plain_name(name) == kept
