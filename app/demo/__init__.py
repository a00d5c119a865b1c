"""`canbao demo`: for two days a made-up village goes through lists, registration, payment and everything that can
go wrong with it, reconciliation and reports.

It acts from outside, over HTTP and the command line, as counties and the tax bureau do.
"""
