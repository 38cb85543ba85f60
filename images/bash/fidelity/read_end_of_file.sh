# stdin: first line\nsecond  with\ttabs \\ backslash\nno newline
read -r x; echo "$? [$x]"
read y; echo "$? [$y]"
read -r z; echo "$? [$z]"
read -r w; echo "$? [$w]"
