eval 'if'
echo $?
bash -c 'for'
echo $?
. /dev/stdin <<<'}'
echo $?
