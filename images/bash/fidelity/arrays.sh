a=(one "two words" three)
a[7]=eight
declare -A m=([k]=v [other key]="other value")
echo "${#a[@]} ${!a[@]} ${a[-1]} ${a[@]:1:2} ${m[k]} ${m[other key]}"
printf '<%s>' "${a[@]}"; echo
mapfile -t lines < <(printf 'x\ny\n')
declare -p a lines
unset 'a[0]'
echo "${a[*]}" "${a[*]@Q}"
readonly r=1
r=2
echo "goes on $?"
