import lodash from "lodash-of-no-such-name";
