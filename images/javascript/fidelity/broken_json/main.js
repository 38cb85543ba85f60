require("./data.json");
