echo "café"
x=$(printf "caf\xe9"); echo ${#x}
café
