"""The closed vocabulary that packs and requests share, with the Chinese term that a citizen reads."""

from types import MappingProxyType

IDENTITIES = MappingProxyType(
    {
        "extreme_poverty": "特困人员",
        "orphan": "孤儿",
        "unattended_child": "事实无人抚养儿童",
        "disability_1": "一级残疾人",
        "disability_2": "二级残疾人",
        "disability_3": "三级残疾人",
        "disability_4": "四级残疾人",
        "subsistence_allowance": "低保对象",
        "subsistence_marginal": "低保边缘家庭成员",
        "relapsed_poverty": "返贫致贫人口",
        "unstable_lifted": "脱贫不稳定人口",
        "at_risk_of_poverty": "边缘易致贫人口",
        "sudden_hardship": "突发严重困难人口",
        "lifted_from_poverty": "稳定脱贫人口",
        "registered_poor": "建档立卡贫困人口",
        "social_security_backstop": "社会保障兜底脱贫对象",
        "centenarian": "百岁老人",
    }
)

# Only these identities are divided into classes; the order is the index that compiled packs compare.
CLASSES = MappingProxyType(
    {
        "subsistence_allowance": MappingProxyType(
            {
                "rural_1": "农村一类",
                "rural_2": "农村二类",
                "rural_3": "农村三类",
                "rural_4": "农村四类",
                "urban_full": "城市全额",
                "urban_partial": "城市差额",
            }
        )
    }
)

CIRCUMSTANCES = MappingProxyType(
    {
        "welfare_institution_admission": "儿童福利机构收养",
        "military_discharge": "退役",
        "conscript_return": "退兵",
        "prison_release": "刑满释放",
        "community_correction": "社区矫正",
        "hukou_transfer_in": "户籍迁入",
        "unemployed_graduate": "未就业毕业生",
        "new_form_employment_first_enrollment": "新就业形态人员首次参保",
        "working_away": "外出务工",
        "objective_delay_verified": "经排查核实属客观原因未缴费",
        "college_freshman": "新入学大中专学生",
        "annual_confirmation": "已办理年度参保确认",
    }
)

# A pack may declare identities of its own; their codes carry this prefix, so that none clashes with a shared one.
LOCAL = "local:"

# School levels; the order is the index that compiled packs compare. `none`: not at school.
SCHOOLS = MappingProxyType(
    {
        "none": "非在校学生",
        "kindergarten": "幼儿园",
        "primary": "小学",
        "secondary": "中学",
        "vocational": "中等职业学校",
        "college": "大专院校",
        "graduate": "研究生",
    }
)

# Whole numbers that a notice may ask for, and the largest value each may have: for years it stands for more as well.
NUMBERS = MappingProxyType(
    {
        "tier": 5,
        "school": len(SCHOOLS) - 1,
        "missed_years": 10,
        "repaid_years": 10,
        "continuous_years": 20,
        "zero_claim_years": 20,
    }
)

EMPLOYMENT = ("none", "active", "ended")

FUNDS = MappingProxyType(
    {
        "unspecified": "资金渠道公告未载明",
        "medical_assistance": "医疗救助资金",
        "fiscal": "财政资金",
        "central_fiscal": "中央财政资金",
        "provincial_fiscal": "省级财政资金",
        "prefectural_fiscal": "市级财政资金",
        "county_fiscal": "县级财政资金",
        "township_fiscal": "乡镇财政资金",
        "civil_affairs": "民政资金",
        "disabled_federation": "残联资金",
        "rural_revitalization": "乡村振兴资金",
        "family_planning": "计划生育资金",
        "village_collective": "村集体资金",
    }
)

# Field paths of facts that an answer may ask for, and how the question is put.
QUESTIONS = MappingProxyType(
    {
        "person.birth_date": "出生日期（未出生的填预产期）",
        "person.identities.class": "低保类别",
        "person.circumstances.on": "特殊情形发生的日期",
        "person.insured_last_year": "上一年度是否参加过基本医疗保险",
        "person.parent_insured_in_province": "父母一方是否在本省参加基本医疗保险",
        "person.employee_insurance.ended_on": "职工医保终止的日期",
        "person.employee_insurance.months_paid_this_year": "参保年度内职工医保缴费月数",
        "person.employee_insurance.months_paid_last_year": "上一年度职工医保缴费月数",
        "person.employee_insurance.gap_this_year": "参保年度内职工医保是否断缴",
        "person.employee_insurance.lapsed_last_year": "上一年度职工医保是否中断",
        "person.tier": "选择的缴费档次",
        "person.school": "就读学校类型",
        "person.missed_years": "断保年数",
        "person.repaid_years": "本次补缴（修复）的断保年数",
        "person.continuous_years": "截至上一年度的连续参保年数",
        "person.zero_claim_years": "累计零报销年数",
    }
)

OPEN, EMPLOYEE_INSURED, INSURED_ELSEWHERE, NOT_YET_BORN, NOT_YET_OPEN, WINDOW_CLOSED, YEAR_OVER, PAUSED = range(8)
NOT_YET_MAIN = 8
REASONS = (
    None,
    "employee_insured",
    "insured_elsewhere",
    "not_yet_born",
    "not_yet_open",
    "window_closed",
    "year_over",
    "not_yet_open",  # PAUSED: settlement days; payment opens again afterwards
    "not_yet_open",  # NOT_YET_MAIN: a window for others is open already, the main one is not
)
CLOSED = frozenset({NOT_YET_OPEN, WINDOW_CLOSED, YEAR_OVER, PAUSED, NOT_YET_MAIN})
REASON_NAMES = MappingProxyType(
    {
        "employee_insured": "在参加职工医保，不能参加居民医保",
        "insured_elsewhere": "已在其他地方参加居民医保",
        "not_yet_born": "尚未出生，不能参保",
        "not_yet_open": "缴费期尚未开始",
        "window_closed": "缴费期已过，没有可用的途径",
        "year_over": "参保年度已结束",
    }
)
