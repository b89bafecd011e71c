"""The demo catalogue routes by class, place and object as its rows say."""

import pytest
from sqlalchemy import select

from dispatch.models import Case, RoutingRow
from dispatch.routing import routes_for
from hotline.core.clock import local_date

STREET, TOWN = "430181002008", "430181124226"


def lead(demo, category: str, area: str | None, text: str = "") -> str:
    case = Case(category_code=category, area_code=area, title=text, facts="", address="")
    return routes_for(demo.session, case, local_date(demo.now))[0].lead.code


@pytest.mark.parametrize(
    ("category", "area", "text", "code"),
    [
        ("B010101", STREET, "摊贩占道", "chengguan"),
        ("B010101", TOWN, "摊贩占道", "dongyang"),
        ("B010101", None, "摊贩占道", "chengguan"),
        ("A010101", STREET, "物业不打扫", "zhujian"),
        ("A010101", TOWN, "安置小区没有物业", "dongyang"),
        ("K010201", TOWN, "宅基地", "dongyang"),
        ("R010101", TOWN, "推诿", "duchashi"),
    ],
)
def test_case_goes_to_the_unit_of_its_row(demo, category, area, text, code):
    assert lead(demo, category, area, text) == code


def test_order_of_rows_does_not_depend_on_when_they_were_written(demo):
    general = demo.session.scalars(
        select(RoutingRow).where(RoutingRow.category_code == "B010101", RoutingRow.place_level_rule.is_(None))
    ).one()
    values = {c.key: getattr(general, c.key) for c in RoutingRow.__table__.columns if c.key != "id"}
    demo.session.delete(general)
    demo.session.flush()
    town = demo.session.scalars(select(RoutingRow).where(RoutingRow.category_code == "B010101")).one()
    again = {c.key: getattr(town, c.key) for c in RoutingRow.__table__.columns if c.key != "id"}
    demo.session.add(RoutingRow(**values))
    demo.session.flush()
    demo.session.delete(town)
    demo.session.add(RoutingRow(**again))
    demo.session.flush()
    assert lead(demo, "B010101", TOWN, "摊贩占道") == "dongyang"
