#!/bin/sh
# udhcpc 自己不改网卡：每发生一件事，它运行这个脚本。发生了什么在 $1 里，得到的设置在环境变量里。
# udhcpc does not touch the card itself: it runs this script whenever something happens. $1 says what,
# and the settings that it got are variables of the environment.

# 录制以外不要用：它会改这台机器的地址。
# For the recording only: it changes the address of this machine.
if [ "$1" = bound ]; then
    busybox ip addr add "$ip/$mask" dev "$interface"
    busybox ip route add default via "$router"
    echo "地址 address $ip/$mask, 路由器 router $router, 租期 lease $lease s"
fi
