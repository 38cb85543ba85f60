frobnicate --now
command_not_found_handle() { echo "handler: $*"; return 99; }
frobnicate --again
echo $?
type ls frobnicate
command -v bash node python3
hash frobnicate
f() { frobnicate2; }; unset -f command_not_found_handle; f
