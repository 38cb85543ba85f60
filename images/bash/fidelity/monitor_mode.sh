set -m
sleep 100 &
read -r _ _ _ _ group _ <"/proc/$!/stat"
[ "$group" = "$!" ] && echo "a group of its own"
kill %1
wait %1
echo "$? $-"
