größe = "日本 🐍"
print(größe, len(größe), ascii(größe))


class Ünter:
    def método(self):
        return undefined_名


Ünter().método()
