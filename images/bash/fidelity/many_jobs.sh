for i in {1..40}; do sleep 100 & done
jobs -p | wc -l
kill $(jobs -p)
wait
echo $?
