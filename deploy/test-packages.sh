#!/bin/sh
# What the tests need beside Python: callers, a browser, a Chinese font, speech. Installs it where that is possible.
set -eu
packages="sip-tester chromium fonts-wqy-zenhei espeak-ng sox kamailio kamailio-tls-modules rtpengine-daemon"

missing() {
    for command in sipp chromium espeak-ng sox kamailio rtpengine; do
        command -v "$command" >/dev/null || return 0
    done
    [ -n "$(find /usr/lib -path '*kamailio/modules/tls.so' 2>/dev/null)" ] || return 0
    [ -e /usr/share/fonts/truetype/wqy/wqy-zenhei.ttc ] || [ -n "$(fc-list :lang=zh family 2>/dev/null)" ] || return 0
    return 1
}

missing || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
if missing; then
    echo "测试缺少系统软件,请以 root 运行:apt-get install $packages" >&2
    echo "The tests need system packages; as root: apt-get install $packages" >&2
    exit 1
fi
