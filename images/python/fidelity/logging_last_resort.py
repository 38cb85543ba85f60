import logging

logging.info("not shown")
logging.getLogger("name").warning("shown by the last resort")
logging.basicConfig(format="%(levelname)s %(processName)s %(threadName)s %(filename)s:%(lineno)d %(module)s %(funcName)s %(message)s")
try:
    1 / 0
except ZeroDivisionError:
    logging.exception("with a traceback")
