"""`canbao demo`: a made-up village goes through registration, payment and everything that can go wrong with it.

It acts from outside, over HTTP and the command line, as counties and the tax bureau do.
"""
