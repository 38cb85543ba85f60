# stdin: one\ntwo\n
cat &
wait
echo "cat in the background read nothing"
cat
