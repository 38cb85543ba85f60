sleep 1000 &
child=$!
kill -TERM -1
wait $child
echo "child ended with $?"
