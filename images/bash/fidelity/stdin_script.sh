# stdin: echo "from the script on stdin $0 $1"; exit 6\n
bash -s argument
echo $?
