# stdin: abc:d e:f\nxyz0rest\n
IFS=: read -r a b c; echo "[$a][$b][$c]"
read -r -n 3 d; echo "[$d]"
read -r -d 0 e; echo "[$e]"
IFS= read -r f; echo "[$f] $?"
