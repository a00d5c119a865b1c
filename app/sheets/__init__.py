"""Workbooks: tables drawn as XLSX, and files of tables read. XlsxWriter and Calamine live here and in the batch."""
