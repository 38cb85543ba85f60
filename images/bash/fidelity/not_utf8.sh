# stdin: caf\xe9\n
read -r x
echo "${#x}" "$x"
[[ $x == caf? ]] && echo one character
echo "$x" | tr -d 'a' | od -c
touch "$x"
echo caf*
