echo before
kill -USR1 $$
sleep 1
