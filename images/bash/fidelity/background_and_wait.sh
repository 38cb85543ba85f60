(exit 3) &
a=$!
(exit 4) &
b=$!
wait $a; echo $?
wait $b; echo $?
wait 99999; echo $?
(sleep 0.01; exit 5) & wait -n; echo $?
sleep 100 & kill $!; wait $!; echo $?
wait; echo $?
