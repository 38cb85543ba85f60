# env: LETTERS="ä b" EMPTY= BASH_ENV_X=1
env | grep -v '^_=' | sort
export NEW=1
NEW2=2
ONCE=3 env | grep -E '^(NEW|NEW2|ONCE)=' | sort
env -i bash -c 'env | sort'
compgen -v | grep -v -x -E '_|BASH_.*|RANDOM|SRANDOM|SECONDS|EPOCH.*' | sort
