# stdin: one\ntwo\nthree\nfour\n
head -c 4
read -r x; echo "bash read $x"
sed -n 1p
