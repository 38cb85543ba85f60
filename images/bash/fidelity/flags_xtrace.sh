# interpreter flags: --posix -x
echo "$-"
set -- a b; echo "$#" 2>/dev/null
