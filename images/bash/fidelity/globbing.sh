touch a.txt B.txt c.TXT .hidden 'with space' [x] é
echo * ; echo *.txt; echo .*; echo [[:upper:]]*; echo none*; echo [a-z]*
shopt -s nullglob dotglob nocaseglob extglob globstar
echo *; echo *.txt; echo "[" none* "]"; echo !(*.txt)
shopt -s failglob
echo never none*
echo $?
mkdir -p d/e; touch d/e/f; echo d/**
