# args: -a -b value -x -c
while getopts "ab:c:" o; do
  case $o in
    a|b|c) echo "$o ${OPTARG-}" ;;
    *) echo "bad: $o" ;;
  esac
done
echo "$OPTIND"
