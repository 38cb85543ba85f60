read -r -p "prompt> " x
echo "$? [$x]"
read -t 0.05 y </dev/zero
echo $?
while read -r line; do echo never; done
select c in a b; do echo "$c"; done
echo "end $?"
