echo $((1 / 2)) $((2 ** 62 * 4)) $((0x1f)) $((010)) $((5 % -3)) $((1 ? 2 : 3))
((0)); echo $?
let x=5; echo $x
echo $((08))
echo "goes on"
echo $((1 / 0))
echo "goes on too $?"
((x = y++ +))
echo "status $?"
[ 1 -eq a ]; echo $?
[[ 1 -eq a+1 ]]; echo $?
declare -i n=abc; echo $n
