#!/usr/bin/env python3
# coding: nonsense
print(1)
