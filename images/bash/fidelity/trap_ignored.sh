trap '' TERM HUP
kill -TERM $$
bash -c 'kill -HUP $$; echo "the child ignores it too"'
trap
trap - TERM
kill -TERM $$
