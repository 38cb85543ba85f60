trap 'echo "exit trap, status $?"; exit 9' EXIT
echo main
exit 3
