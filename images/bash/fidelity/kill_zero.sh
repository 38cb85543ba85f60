sleep 1000 &
echo main
kill 0
sleep 1
echo never
