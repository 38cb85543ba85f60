exports.name = __filename;
exports.parent = module.parent && module.parent.id;
exports.fail = () => {
  throw new Error("in lib");
};
