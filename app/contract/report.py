"""Reports, as the OpenAPI document describes them."""

from typing import Any

from pydantic import BaseModel, Field


class ReportColumn(BaseModel):
    """A column of a table; `_fen` keys are money, `rate` is a share of one."""

    key: str
    title: str = Field(description="表头，多级表头以 / 分隔")


class ReportTable(BaseModel):
    """A table; its figures are those of the sheet with the same name."""

    name: str
    title: str
    columns: list[ReportColumn]
    rows: list[dict[str, Any]]
    totals: dict[str, Any] = Field(description="合计，键同列")
    footnotes: list[str]
    pages: list[dict[str, Any]] | None = Field(None, description="按页打印的表：每页的村、页码和合计；其他表没有这一项")


class ReportAnswer(BaseModel):
    """A report, down to township and village."""

    report: str
    title: str
    region: str
    region_name: str
    coverage_year: int
    as_of: str = Field(description="截至日期")
    masked: bool = Field(description="姓名、证件号码是否已隐去")
    tables: list[ReportTable]


class ReportItem(BaseModel):
    """A report that there is."""

    name: str
    title: str
    names: bool = Field(description="含姓名、证件号码：完整的须 `clerk` 权限，隐去的（`names=masked`）须 `read`")


class ReportList(BaseModel):
    reports: list[ReportItem]
