const lodash = require("lodash-of-no-such-name");
