greet() { echo "hello $1 from $0"; }
export -f greet
bash -c 'greet child'
env | grep -A1 greet
