echo before
echo ${bad substitution}
echo after
x=$(echo unclosed
