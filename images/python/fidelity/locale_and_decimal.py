import decimal
import locale

print(locale.getlocale(), locale.getpreferredencoding(), locale.setlocale(locale.LC_ALL))
print(locale.setlocale(locale.LC_ALL, ""), locale.localeconv()["decimal_point"])
print(decimal.getcontext(), decimal.Decimal(1) / 3)
try:
    locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
except locale.Error as e:
    print(e)
print(sorted(["b", "Ä", "a", "Z"], key=locale.strxfrm), f"{1234567.891:n}")
