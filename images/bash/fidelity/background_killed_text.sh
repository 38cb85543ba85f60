# process ids: any
sleep 100 &
kill -KILL $!
wait $!
echo $?
bash -c 'kill -SEGV $$'
echo $?
bash -c 'kill -TERM $$'
echo $?
(kill -ABRT $BASHPID)
echo $?
