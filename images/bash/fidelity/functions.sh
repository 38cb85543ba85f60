outer() {
  local x=local
  inner() { echo "sees $x"; x=changed; }
  inner
  echo "$x"
  return 3
}
outer; echo "$? ${x-unset}"
recursive() { [ "$1" -gt 0 ] && recursive $(($1 - 1)) || echo bottom; }
recursive 50
FUNCNEST=20; recursive 50; echo $?
