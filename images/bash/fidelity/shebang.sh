#!/bin/sh
echo shebang is a comment $BASH_VERSINFO | sed "s/[0-9]*$/N/"
[[ a == a ]] && echo bash
