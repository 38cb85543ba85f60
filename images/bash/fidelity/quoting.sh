x='a  b *'
echo $x | cat -A; echo "$x"; echo '$x' "it's" $'\t|' "\$x \\ \`"
set -f; echo $x; set +f
IFS=,; y=a,b,c; echo $y "$y"; printf '<%s>' $y; echo
echo `echo back\`echo ticks\``
