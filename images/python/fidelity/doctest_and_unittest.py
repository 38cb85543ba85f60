"""
>>> 1 + 1
3
"""
import doctest
import sys
import unittest

print(doctest.testmod())


class T(unittest.TestCase):
    def test_passes(self):
        self.assertTrue(1)

    def test_fails(self):
        self.assertEqual([1, 2], [1, 3])


result = unittest.TextTestRunner(stream=open("/dev/null", "w")).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
print(result)
print(result.failures[0][1])
sys.exit(not result.wasSuccessful())
