"""The deadline in an officer's sentence (R38): what is one, what only looks like one, and which day it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge import workdays
from knowledge.deadlines import Deadline, deadline_of, find_deadline
from knowledge.workdays import CHINA, festivals, is_workday

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=CHINA)  # a Friday


@pytest.fixture(autouse=True, scope="module")
def _only_2026_is_announced() -> Iterator[None]:
    """The calendar as it stood in November 2026, whatever later arrangements the installed one knows."""
    known, original = workdays._calendar(), workdays._calendar
    years = frozenset(year for year in known.years if year <= 2026)
    off, worked = (frozenset(one for one in days if one.year in years) for days in (known.off, known.worked))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workdays, "_calendar", lambda: workdays._Calendar(years, off, worked))
        festivals.cache_clear()
        yield
    assert workdays._calendar is original
    festivals.cache_clear()


def found(text: str, now: dt.datetime = NOW) -> str:
    """“11-25 working 三日内”, or “-”."""
    return _shown(find_deadline(text, now))


def answered(text: str, now: dt.datetime = NOW) -> str:
    return _shown(deadline_of(text, now))


def _shown(deadline: Deadline | None) -> str:
    if deadline is None:
        return "-"
    year = "" if deadline.day.year == 2026 else f"{deadline.day.year}-"
    return f"{year}{deadline.day:%m-%d} {deadline.basis} {deadline.words}"


def at(month_day: str, hour: int = 10, year: int = 2026) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(f"{year}-{month_day}"), dt.time(hour), CHINA)


# Day, basis and what the officer typed or dictated on Friday, 20 November 2026.
OFFICERS_SAY = """
2026-11-25 working  东门小吃店后厨没有防蝇帘，一般，限三日内装好
2026-11-25 calendar 刚从老李五金店出来，灭火器过期了两具，给他5天换掉
2026-11-21 date     小天鹅洗衣店 没贴价目表 轻微 明天之前贴上
2026-12-01 working  鑫达汽修废电瓶乱放，责令七日内交给有资质的公司
2026-11-24 working  同心幼儿园食堂留样没写日期限两个工作日改正
2026-11-30 calendar 宏图建材，粉尘大，没喷淋，10天内把喷淋装上，照片两张
2026-11-23 date     阿婆面馆健康证过期一个月了，让她下周一前去办
2026-11-20 date     金鼎KTV 消防门上锁 突出 立即打开
2026-11-20 date     金鼎KTV 消防门上锁，突出，老板当场打开了
-          -        利民药店处方药没凭处方卖，先记着
2026-11-27 date     城北加气站，警示牌褪色，11月27日前更换
2026-11-25 calendar 富强木业锯末堆满过道 一般 限期5天清理
2026-11-27 working  富强木业锯末堆满过道 一般 限期5日清理
2026-12-07 calendar 福满楼饭店油烟净化器坏了三个月没修，限15天修好
2026-11-27 working  喜洋洋超市散装食品没标生产日期限5工作日整改
2026-11-27 calendar 康乐足浴没办卫生许可，开业五天了，让他一周内去办
2026-11-20 date     鸿运物流货车停在盲道上 马上挪走
-          -        优品便利店门口堆了纸箱，已经清走
2026-11-20 date     老张烧烤店外摆，今晚八点前收回去
2026-11-22 date     联惠超市冰柜温度计坏了，后天之前换好
2026-11-25 date     新华印刷厂危废间没锁，限11月25号以前上锁
2026-11-20 date     星辰网吧没挂未成年人禁入标志，限当天挂好
2026-11-23 calendar 兴旺饭店餐具没消毒，一般问题，三天之内买消毒柜
-          -        兴旺饭店上次限他三天整改，这次去看还是没改
2026-11-23 calendar 春光理发店价格没公示，头一次，轻微，2天
2026-11-24 working  春光理发店价格没公示，头一次，轻微，2日
2026-12-01 working  万家福超市11月10日进的火腿肠没有检验报告，限他7个工作日补上
2026-11-23 calendar 长江水产店 氧气瓶没固定 限1日内固定好
2026-12-21 calendar 华宇电子厂职业病危害告知牌没设，一个月内设好
2026-11-20 date     华宇电子厂 现场有两名工人没戴口罩 当场纠正
2026-11-30 calendar 好邻居便利店临期食品没有专区 10日内弄好
2026-11-20 date     永兴建筑工地围挡倒了 工地说下午就能扶起来 让他今天必须扶好
2026-11-30 date     亮明眼镜店计量器具没检定 限月底前送检
2026-11-24 date     快捷快递三轮车占道充电 下周二之前挪走
2026-11-27 working  祥和养老院厨房燃气报警器没装 突出 限五日之内装好 责任人王院长
2026-12-07 calendar 步步高培训班没公示教师资格，限半个月整改
-          -        绿源净水店水质检测报告过期半个月，让他补，没说时间
2026-11-20 date     好润超市冷柜酸奶保质期到11月18日，还在卖，限今天下架
2026-12-04 working  诚信二手车没跟买家签合同，十个工作日内补签
2026-11-25 working  天天鲜果 缺斤短两 举报人说三天两头这样 一般 限3个工作日换秤
-          -        天天鲜果电子秤检定有效期到12月1日，快到期了提醒他
2026-12-05 date     新世纪宾馆四楼安全出口指示灯坏了，12月5号之前必须修好
2026-12-05 date     新世纪宾馆客房里没有防毒面具，下个月5号前配齐
2026-11-27 date     瑞丰粮油厂原料没有索票索证 要求下周五把票据拿来
2026-11-22 date     同城烘焙 面包没贴标签 本周日前改好
2026-11-25 date     晨光文具卖盗版书 先下架 周三来所里说明情况
2026-12-10 calendar 广达家具厂喷漆房没有通风，突出问题，立即停工，限20日内整改
2026-11-27 working  广达家具厂电线私拉乱接，限定5个工作日
2026-11-30 date     红太阳洗浴中心锅炉工没证 在11月30日之前换有证的人
2026-11-23 calendar 天桥下那家修车铺污水直排，没办照，叫他3天内去办
-          -        佳佳母婴店奶粉摆在地上 轻微 已经口头教育
2026-12-31 date     丰收农资店没建进销台账，年底前补齐
2026-11-25 calendar 丰收农资店农药和种子混放，限三天，不，五天内分开
2026-11-25 calendar 爱心药房冷藏柜没记录温度限3天哦不对限5天
2026-12-21 calendar 金色年华影楼预付卡没备案，限30天内到商务局备案
2026-11-30 date     美味佳食品厂标签没写厂址 11.30前改
2026-12-15 date     美味佳食品厂标签没写厂址 12.15前改好新包装
2026-12-07 calendar 美味佳食品厂罐头1.5公斤装的没标净含量 限15日内改
2026-12-01 date     鼎盛酒楼后厨地面积水，2026年12月1日前做好排水
2026-12-10 date     鼎盛酒楼二维码点餐强制关注，一般，12-10前整改
-          -        福来早餐店每天早上5点出摊占道，要求明早起不准再占
2026-11-25 working  福来早餐店每天早上5点出摊占道 限三日内入店经营
2026-11-20 date     百姓大药房营业执照没挂，当场就挂上了，轻微
2026-11-25 date     清风茶楼麻将室没有疏散图 礼拜三前贴好
2026-11-27 date     清风茶楼灭火器压力不足3个，礼拜五之前换
2026-11-25 date     长城汽配店 下星期三之前把废油桶搬走
2026-11-27 working  旺角美食城有6家没亮证 统一限5日内亮证
2026-11-26 calendar 旺角美食城有6家没亮证 统一限6日内亮证
2026-12-04 working  江南春酒店电梯年检11月8日到期，责令停用，整改期10个工作日
2026-12-08 date     江南春酒店电梯11月8日年检过期 限12月8日前检好
2026-11-20 date     东方红幼儿园消防器材被遮挡，园长说下午搬，我说今天下班前必须搬
2026-11-27 calendar 蓝天塑料厂废气收集罩坏了 一般 给他一个礼拜修
2027-01-20 calendar 蓝天塑料厂应急预案没有备案 给俩月
2027-02-22 calendar 蓝天塑料厂应急池漏水 给予三个月整改期限
2026-11-25 working  小李炸鸡油炸用油发黑 当场倒掉 三日内提交整改报告
2026-11-25 working  日月星超市 11月12号买的面包11月15号就长霉 顾客投诉 限3个工作日内给答复
2026-11-27 calendar 明珠大酒店泳池水质不合格，暂停开放，限7天换水复检
2026-12-11 working  古月轩饭馆无证经营 干了两年了 让他15个工作日内办下来
2026-11-22 date     周记牛肉面 价目表没更新 周末前改好
-          -        周记牛肉面 价目表没更新 轻微
-          -        三日鲜水果店发票不给开，口头提醒
2026-11-27 working  五天超市冰柜上贴着“七天无理由退货”却不给退，限5日内整改
2027-02-22 calendar 时代广场保安没证，3个月内取证
2026-12-20 date     正大饲料 仓库没防鼠 限12月中旬前完成
2026-12-10 calendar 正大饲料 原料存放超过六个月 没有检验 一般 20天内处理
2026-12-08 date     城南批发市场8号楼消火栓没水 8号前恢复
2026-11-20 date     城南批发市场5号仓库堵门了，立刻清
-          -        张家豆腐坊 没戴帽子 让他以后注意
2026-11-30 date     优佳月子中心食谱没公示 11月底前公示
2026-12-31 date     优佳月子中心食谱没公示 下月底公示出来
2026-11-27 working  迎宾旅馆没登记住客身份证，责令限期改正，期限5日
2026-12-07 calendar 迎宾旅馆没装门禁，整改期限：15天
2026-12-03 date     迎宾旅馆 限期改正，时间到12月3日
2026-11-24 working  大发废品站 收的电瓶漏液 突出 两日内转移
2026-11-23 calendar 大发废品站占用人行道三米 两天之内清完
-          -        海鑫冷库氨气报警器不响 突出 停用 修好前不得使用
-          -        海鑫冷库制冷工证件12月20日到期提醒换证
-          -        乐家超市鸡蛋没有合格证 限期整改
2026-11-25 working  佰草堂美容院宣传治病 三日类撤下广告
2026-11-30 calendar 佰草堂美容院化妆品没备案号 我给他说了限十日内下架退货他答应了
2026-11-20 date     好再来饭馆用的液化气瓶超期两年 突出 今天就换掉
2026-11-23 calendar 聚贤庄农家乐污水流到河里举报的人说有半个月了限三天截流
2026-11-27 working  聚贤庄农家乐 鱼塘边没有警示牌 限五個工作日內補上
2026-11-27 calendar 众鑫装饰公司劳动合同没签 限7天補簽
2026-12-07 calendar 众鑫装饰公司拖欠工资两个月 责令十五日内支付
2026-11-23 date     海天酒楼 河豚没有资质 马上下架 下周一上午来局里接受询问
2026-11-25 working  飞跃健身跑路风险，办卡不退，限其3个工作日内退款给张某
2026-12-21 calendar 阳光托管班 消防没验收 已经开班一个月 停止招生 30日内办完手续
2026-12-15 date     刘记卤菜 添加剂没公示 15日前公示到位
2026-11-25 date     刘记卤菜 防蝇罩没盖 25号复查
2026-11-23 calendar 刘记卤菜 从业人员没体检，三天后复查
2027-01-01 date     双喜婚庆合同霸王条款 元旦前改掉
2027-02-05 date     双喜婚庆合同霸王条款 春节前必须改掉
-          -        卓越教育没有办学许可就招生，国家规定3个月内要退费，他不退
2026-11-30 calendar 平安驾校 教练车没年检 10个自然日
2026-11-27 working  平安驾校收费没公示（轻微）限5日（工作日）内公示
2026-11-23 calendar 平安驾校 教学日志没填 三天内（自然日）补完
-          -        早市生鲜 工作台没清洁 限两三天内弄干净
2026-11-20 date     早市生鲜 猪肉没检疫票 昨天进的货 要求今天之内拿出票来
2026-11-23 calendar 早市生鲜 上周三检查提过的问题 这次还有 再给两天
2026-11-20 date     安顺烟花店超量存放 超了20箱 立即转移 突出
2026-11-21 date     安顺烟花店 许可证到2027年1月15日 证没挂墙上 轻微 明天挂上
2026-12-31 date     诚意书店 二楼通道只有80公分 让他拓宽 不急 年底
2026-12-01 working  长街电器 三包凭证没填 七个工作日
-          -        长街电器 样机没标样品字样 五个working day
2026-11-25 working  老街坊火锅 鸭血没标签 限三个工作日整改 电话13800001111
-          -        老街坊火锅 电话0711-3021155打不通 留了条
2026-12-04 calendar 顺心快递 分拣场没有消防栓 限两周内整改
2026-12-04 working  顺心快递 面单没隐藏号码 限10个工作日整改到位后报告
2026-12-10 calendar 金叶烟酒店 没办烟草证就卖烟 停止销售 二十日内办证
2026-12-31 date     金叶烟酒店 卖给未成年人 12月31日前停业整顿
2026-11-25 working  好日子超市促销写“最后三天”天天最后三天，一般，限三日内撤
-          -        好日子超市促销写“最后三天”天天最后三天
2026-11-26 date     和悦物业 电梯困人两次 约谈 限11月26日前提交整改方案
-          -        和悦物业 电梯困人两次 11月17日一次 11月19日一次
2026-11-20 date     和悦物业 垃圾两天没清 今天下午五点前清掉
2026-11-21 date     新天地网吧 灭火器缺4个 补齐 限明天
2026-11-25 working  新天地网吧 上网没登记 限期3日 逾期处罚
2026-11-27 working  兴隆砂场 洗砂水外排 限5日内停产整治 逾期不改按日计罚
2026-12-10 date     兴隆砂场 没有环评 下个月10号之前补环评手续
2026-11-20 date     海鲜大排档 占道3米 晚上10点还在炒 噪音 限即日整改
2026-11-24 date     德胜牙科 医疗废物没登记 请于11月24日下班前补登
2026-11-27 calendar 德胜牙科 放射工作人员没戴剂量计 整改时限一周
2026-11-25 working  德胜牙科 执业许可证副本没带 承诺3日内送来
2026-12-04 date     凯旋汽贸 宣传0首付 实际有手续费 限12/4前改
2026-11-20 date     凯旋汽贸 展车挡住消防通道1/3 即刻挪开
-          -        十字路口那家早点摊没证 店主说下个月就不干了
2026-11-23 calendar 陈记粮油 秤砣不准 一般 给3天整改期
2026-11-25 working  陈记粮油口头责令三日内整改到位
2026-11-23 calendar 翠湖宾馆床单没按客换 轻微 整改时间3天
2026-11-20 date     翠湖宾馆布草间堆杂物 让他下班前弄走
-          -        汇丰超市价签不对应 叫他们这两天弄好
-          -        汇丰超市价签不对应 尽快改
2026-11-23 working  远大机械厂天车没检 突出 一个工作日内停用报检
2027-01-19 calendar 远大机械厂六十日内完成除尘改造
2026-11-30 date     早安豆浆 后厨有苍蝇 本月内把纱窗装好
2026-11-30 date     早安豆浆 后厨有苍蝇 最后期限月底
2026-11-20 date     锦绣花园物业灭火器过期23个 截至本周五必须换完
2026-11-27 date     锦绣花园物业灭火器过期23个，下周五换完
2026-11-22 date     阿强电动车行充电没插座 后天一早必须拆线
2026-11-20 date     阿强电动车行店里住人 突出 今晚前搬出去
2026-12-08 date     顺达驾校合同条款不公平，12月8号（周二）前改
2026-11-25 date     顺达驾校合同条款不公平，下周三（11月25日）前改
2026-11-27 date     三峡石材厂切割没戴口罩 宽限到下周五
2026-11-27 calendar 三峡石材厂粉尘大 不超过一周必须上设备
2026-11-27 calendar 欣欣幼儿园校车没年检 一周为限
2026-11-30 calendar 欣欣幼儿园食谱没公示 十天期限
-          -        欣欣幼儿园食谱没公示 给个把星期
2026-11-30 calendar 老灶火锅燃气软管老化，突出，限期10天内整改完毕并提交报告
2026-11-27 working  老灶火锅底料没标签 收到文书后5个工作日内整改
2026-12-07 calendar 老灶火锅台账缺11月1日到11月15日的，十五日之内补齐
2026-11-25 date     蓝猫洗衣改好时间：下周三
2026-11-23 calendar 巴适串串 油桶没盖 轻微 老板自己说三天内买新的
2026-12-07 calendar 巴适串串 员工3人没健康证 15天办
-          -        巴适串串 门口油污 每天打烊要冲洗 当场答应
2026-11-27 working  丽人美甲 甲油没中文标签 一般 5个工作日下架
-          -        丽人美甲 未公示执照 第一次 轻微 责令改正
2026-11-25 working  宏达塑料 原料离配电箱不到1米 马上搬 3日内复查
2026-11-21 date     宏达塑料 消防水池没水 突出问题 明晚八点前注满
2026-11-23 calendar 好滋味 面粉11月5日开封 没标开封日期 限一日内标好
2026-11-20 date     好滋味 烤箱旁堆纸箱 立马清
2026-12-10 calendar 新农村合作社农药瓶乱扔 二十天内收齐
2026-12-20 date     新农村合作社种子标签不全 12月20日播种前换标签
2026-11-30 date     小蜜蜂快递 没实名 一般 责令限期于11月30日前改正
2026-11-26 working  小蜜蜂快递 没实名 电瓶车进楼 限4个工作日
2026-11-20 date     古镇客栈消防通道被沙发堵死了我让他们半小时之内搬走他们搬了
-          -        古镇客栈没办特种行业许可证责令停业办好再开
2026-11-30 calendar 古镇客栈二楼窗户铁栅栏 限10日拆
2026-11-25 working  惠民药店执业药师不在岗 说是请假三天 限他三日内配齐
-          -        惠民药店执业药师不在岗 说是请假三天
2026-11-24 working  惠民药店阴凉柜温度25度超了 两日内修
2026-11-23 calendar 王婆凉皮辣椒油桶没盖子 电话里说了 让她2天弄好
2026-11-23 date     王婆凉皮健康证照片看不清 礼拜一拿原件来
2026-11-27 working  创美广告店喷绘机废墨倒下水道 突出 即刻停止 限5个工作日内装收集桶
2026-12-15 date     创美广告店招牌没审批 下月15号前拆
2026-11-25 date     创美广告店招牌没审批 这月25号前拆
2026-12-21 calendar 金色阳光养老院楼梯没扶手 一个月
2026-11-27 calendar 金色阳光养老院药品过期2盒 当面销毁 限一星期整顿药柜
-          -        大众浴池更衣柜钥匙发霉 轻微 说过了
-          -        大众浴池锅炉水位计坏 停用 修好经检验后才能用
2026-12-21 calendar 红星加油站防雷检测到期 30天内重新检测
2026-11-27 working  秀水茶厂没有出厂检验记录 3-5个工作日补
2026-11-20 date     亲友家居样品没标价 今天改好
2026-12-01 working  亲友家居甲醛超标被投诉 要求7个工作日出检测报告
2026-12-11 calendar 亲友家居送货车压坏路沿石 三周内修复
2026-11-22 date     兰州拉面 一次性筷子没标识 周末之前
-          -        兰州拉面 灭火器挡住 我看着他移开的
2026-11-20 date     兰州拉面 门口的煤气罐 即刻搬离！！
2026-11-23 date     苗圃基地 农药库没锁 11月23上锁 我去看
2026-11-23 date     康复诊所 消毒记录停在11月6日 一般 下周一补全
2026-11-23 calendar 康复诊所 一次性注射器过期 就地封存 3天内写情况说明
2026-11-20 date     佳兴粮库 熏蒸没设警示 15:00前设好
2026-11-20 date     佳兴粮库 熏蒸没设警示 下午3点半之前设好
"""


@pytest.mark.parametrize("line", OFFICERS_SAY.strip().splitlines())
def test_r38_the_deadline_of_an_officers_message_is_found(line):
    day, basis, text = line.split(maxsplit=2)
    deadline = find_deadline(text, NOW)
    assert ((str(deadline.day), deadline.basis) if deadline else ("-", "-")) == (day, basis)
    if deadline:
        assert text[slice(*deadline.span)] == deadline.words


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("限一日", "11-23 calendar 一日"),
        ("限二日", "11-24 working 二日"),
        ("限2日", "11-24 working 2日"),
        ("限两日", "11-24 working 两日"),
        ("限三日", "11-25 working 三日"),
        ("限3日", "11-25 working 3日"),
        ("限４日", "11-24 calendar ４日"),
        ("限五日", "11-27 working 五日"),
        ("限伍日", "11-27 working 伍日"),
        ("限六日", "11-26 calendar 六日"),
        ("限７日", "12-01 working ７日"),
        ("限七日", "12-01 working 七日"),
        ("限十日", "11-30 calendar 十日"),
        ("限2天", "11-23 calendar 2天"),
        ("限三天", "11-23 calendar 三天"),
        ("限5天", "11-25 calendar 5天"),
        ("限7天", "11-27 calendar 7天"),
        ("限5个自然日", "11-25 calendar 5个自然日"),
        ("限5日（自然日）", "11-25 calendar 5日（自然日）"),
        ("限4日（工作日）", "11-26 working 4日（工作日）"),
        ("限10个工作日", "12-04 working 10个工作日"),
        ("限10工作日", "12-04 working 10工作日"),
        ("限 １０ 个 工作日", "12-04 working １０ 个 工作日"),
        ("限三個工作日", "11-25 working 三個工作日"),
        ("限五個工作天內", "11-27 working 五個工作天內"),
    ],
)
def test_r38_two_three_five_and_seven_ri_are_working_days_and_other_ri_and_every_tian_are_not(text, day):
    assert found(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("限一周", "11-27 calendar 一周"),
        ("限两个星期", "12-04 calendar 两个星期"),
        ("限他俩礼拜", "12-04 calendar 俩礼拜"),
        ("兩週內補齊", "12-04 calendar 兩週內"),
        ("限一周半", "12-01 calendar 一周半"),
        ("限半个月", "12-07 calendar 半个月"),
        ("限半月", "12-07 calendar 半月"),
        ("限一个月", "12-21 calendar 一个月"),
        ("限1个月", "12-21 calendar 1个月"),
        ("限一个半月办好", "2027-01-04 calendar 一个半月"),
        ("给仨月办证", "2027-02-22 calendar 仨月"),
        ("半年内搬迁", "2027-05-20 calendar 半年内"),
        ("限两天半", "11-23 calendar 两天半"),
        ("限三十天", "12-21 calendar 三十天"),
        ("限一百天", "2027-03-01 calendar 一百天"),
        ("半天内清完", "11-20 date 半天内"),
        ("半小时内打开通道", "11-20 date 半小时内"),
        ("48小时内恢复", "11-22 calendar 48小时内"),
        ("三天后复查", "11-23 calendar 三天后"),
        ("5个自然日后复查", "11-25 calendar 5个自然日后"),
        ("给老板5天时间把油烟机装上", "11-25 calendar 5天时间"),
        ("以5日为限改正", "11-27 working 5日为限"),
        ("自今日起三日内改正", "11-25 working 三日内"),
        ("自收到通知之日起7日内改正", "12-01 working 7日内"),
        ("3到5个工作日内装好", "11-27 working 5个工作日内"),
        ("三日类撤下广告", "11-25 working 三日类"),
        ("限三曰内撤下", "11-25 working 三曰内"),
    ],
)
def test_a_period_is_said_in_many_ways(text, day):
    assert found(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("周三前", "11-25 date 周三前"),
        ("周一前", "11-23 date 周一前"),
        ("周五之前改好", "11-27 date 周五之前"),
        ("这周五前改好", "11-20 date 这周五前"),
        ("本周日前改好", "11-22 date 本周日前"),
        ("下周三前", "11-25 date 下周三前"),
        ("下星期二以前", "11-24 date 下星期二以前"),
        ("下个礼拜五前完成", "11-27 date 下个礼拜五前"),
        ("下週三前", "11-25 date 下週三前"),
        ("下下周一前", "11-30 date 下下周一前"),
        ("礼拜天前弄好", "11-22 date 礼拜天前"),
        ("周末前弄好", "11-22 date 周末前"),
        ("下周末前弄好", "11-29 date 下周末前"),
        ("本周之内换好", "11-22 date 本周之内"),
        ("下周内换好", "11-29 date 下周内"),
        ("下周前换好", "11-23 date 下周前"),
        ("本周三前换好", "-"),
        ("明天挂好", "11-21 date 明天"),
        ("后天之前换好", "11-22 date 后天之前"),
        ("大后天前换好", "11-23 date 大后天前"),
        ("今明两天内清完", "11-21 date 今明两天内"),
        ("30号前", "11-30 date 30号前"),
        ("10号之前补", "12-10 date 10号之前"),
        ("20号前补", "11-20 date 20号前"),
        ("3日前交报告", "12-03 date 3日前"),
        ("下月10号前", "12-10 date 下月10号前"),
        ("这个月25号前", "11-25 date 这个月25号前"),
        ("本月15号前", "-"),
        ("月底前", "11-30 date 月底前"),
        ("本月底之前", "11-30 date 本月底之前"),
        ("下月底公示出来", "12-31 date 下月底"),
        ("12月底前", "12-31 date 12月底前"),
        ("十二月底前", "12-31 date 十二月底前"),
        ("年底前补齐", "12-31 date 年底前"),
        ("年内补办", "12-31 date 年内"),
        ("月中之前", "12-15 date 月中之前"),
        ("下月中旬前弄完", "12-20 date 下月中旬前"),
        ("12月上旬完成整改", "12-10 date 12月上旬"),
        ("下月初交报告", "12-01 date 下月初"),
        ("下个月前改好", "12-01 date 下个月前"),
        ("下个月内改好", "12-31 date 下个月内"),
        ("12月前改好", "12-01 date 12月前"),
        ("12月5日前", "12-05 date 12月5日前"),
        ("12月5号前", "12-05 date 12月5号前"),
        ("十二月五号前", "12-05 date 十二月五号前"),
        ("12月5前", "12-05 date 12月5前"),
        ("12 月 5 日 前", "12-05 date 12 月 5 日 前"),
        ("12.5前", "12-05 date 12.5前"),
        ("12-5前", "12-05 date 12-5前"),
        ("12/5之前", "12-05 date 12/5之前"),
        ("整改到12.5", "12-05 date 12.5"),
        ("到12月5号为止", "12-05 date 12月5号为止"),
        ("2026年12月1日前", "12-01 date 2026年12月1日前"),
        ("二六年太长 26年12月1日前", "12-01 date 26年12月1日前"),
        ("期限：2026/12/1", "12-01 date 2026/12/1"),
        ("截止20261201", "12-01 date 20261201"),
        ("12月8号（周二）前改", "12-08 date 12月8号（周二）前"),
        ("下周三（11月25日）前改", "11-25 date 下周三（11月25日）前"),
        ("一月十号前办完", "2027-01-10 date 一月十号前"),
        ("明年3月底前改造完", "2027-03-31 date 明年3月底前"),
        ("元旦前改掉", "2027-01-01 date 元旦前"),
        ("节前改好", "2027-01-01 date 节前"),
        ("春节前必须改掉", "2027-02-05 date 春节前"),
        ("过年前把招牌换了", "2027-02-05 date 过年前"),
        ("年前整改完毕", "2027-02-05 date 年前"),
    ],
)
def test_a_named_day_is_the_coming_one_and_before_it_means_itself(text, day):
    assert found(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("当场改正", "11-20 date 当场"),
        ("立即停用", "11-20 date 立即"),
        ("马上挪走", "11-20 date 马上"),
        ("即时改正", "11-20 date 即时"),
        ("限当日改正", "11-20 date 当日"),
        ("今天下班前挂好", "11-20 date 今天下班前"),
        ("今天之内整改完", "11-20 date 今天之内"),
        ("今天改好", "11-20 date 今天"),
        ("今儿必须拆", "11-20 date 今儿"),
        ("今晚八点前收回去", "11-20 date 今晚八点前"),
        ("明早之前搬走", "11-21 date 明早之前"),
        ("天黑之前搬走", "11-20 date 天黑之前"),
        ("今晚12点前搬走", "11-20 date 今晚12点前"),
        ("今天24:00前搬走", "11-20 date 今天24:00前"),
        ("下午五点前清掉", "11-20 date 下午五点前"),
        ("马上停工，三个工作日内整改到位", "11-25 working 三个工作日内"),
        ("现场检查发现冰柜发霉", "-"),
        ("现场责令整改 五日内复查", "11-27 working 五日内"),
        ("当场处罚200元", "-"),
        ("罚款200 当场缴的", "-"),
        ("马上要过年了，注意防火", "-"),
        ("灭火器马上到期", "-"),
        ("今天查了三家都没问题", "-"),
        ("今天去看还没改", "-"),
        ("今天来复查，已整改", "-"),
        ("今天之前的台账都没有", "-"),
        ("当天进的货没有票", "-"),
    ],
)
def test_at_once_is_today_when_something_is_to_be_done(text, day):
    assert found(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "罐头12月3日就到期了",
        "酸奶保质期到11月28日",
        "生产日期10月8日 保质期三天",
        "许可证有效期至2026年12月1日",
        "合同12月31日到期",
        "11月3日发现的，一直拖着",
        "周三查过一次",
        "上周查过，说是过两天",
        "三天前查过",
        "上次限到11月15日的，还没弄",
        "上个月给过他半个月时间 到现在没弄",
        "昨天跟他说了三天内",
        "11月10日限他7天整改没动",
        "过期三天",
        "停业两天了",
        "干了三年",
        "开业五天",
        "房租欠了三个月",
        "剩菜放了五天",
        "老板请假三天",
        "顾客三天前买的奶已经臭了",
        "顾客说吃完三小时后肚子疼",
        "近三天的监控没有",
        "三天两头断电",
        "三天打鱼两天晒网",
        "十天半个月也改不好",
        "每周三晚上偷偷排污",
        "每月10号发工资",
        "周一到周五营业",
        "早上6点到晚上11点营业",
        "三个灭火器压力不足",
        "三个月饼礼盒过度包装",
        "八一超市 12号收银台没贴价格",
        "8号楼消火栓没水",
        "五一路的早餐店 占道",
        "365天便利店卖过期面包",
        "电话0711-3021155打不通",
        "电话13971112233没人接",
        "消防通道1/2被堵",
        "灭火器11/12个有压力",
        "1.5米宽通道被占",
        "正常范围1.0-1.2兆帕",
        "检查编号2026-11-20-03",
        "七天无理由退货不给退",
        "要求垃圾一天一清",
        "油三天换一次",
        "提前5个工作日报备的制度没有",
        "办证要等三个工作日",
        "保存时间五天以上",
        "红旗有限公司周三查过",
        "让顾客等了三天",
        "老板说给的货是三天前进的",
        "周五，东门小吃店后厨脏",
        "广告写着七天见效",
        "五年前就开了",
        "去年年前就说过",
        "逾期三天罚款",
        "不急，没给期限",
        "限期整改",
        "尽快改",
        "11月20日 检查两家",
        "",
        "前",
        "限",
    ],
)
def test_what_only_looks_like_a_deadline_is_none(text):
    assert found(text) == "-"


@pytest.mark.parametrize(
    "text",
    [
        "2月30日前改好",
        "11月31号前改好",
        "31号前改好",
        "13月5日前改好",
        "2026年11月1日前改好",
        "11月15日前改好",
        "限两三天",
        "限三五天",
        "限几天",
        "限十几天",
        "给个把星期",
        "这两天弄好",
        "限0天",
        "限999个月",
        "上午九点前搬走",
        "今天25点前搬走",
    ],
)
def test_what_is_over_or_no_day_or_not_exact_is_never_guessed(text):
    assert found(text) == "-"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("限3天，不，5天", "11-25 calendar 5天"),
        ("限3天哦不对限5天", "11-25 calendar 5天"),
        ("限3日，更正，限5日", "11-27 working 5日"),
        ("限期3天 写错了 7天", "11-27 calendar 7天"),
        ("不是三天，是五天内", "11-25 calendar 五天内"),
        ("给他一周吧还是给两周", "12-04 calendar 两周"),
        ("三日内下架，限十个工作日内提交报告", "12-04 working 十个工作日内"),
        ("限一周整改 下周五我再去看", "11-27 calendar 一周"),
        ("老板请假三天 限他三日内配齐", "11-25 working 三日内"),
        ("酸奶过期三日内下架", "11-25 working 三日内"),
        ("剩菜放了五天 限今天内清理", "11-20 date 今天内"),
        ("上次给的期限是11月18日 已经过了 现在重新给他7个工作日", "12-01 working 7个工作日"),
        ("上周说好三天改完的，今天来看一点没动，再宽限两天", "11-23 calendar 两天"),
        ("原定11月25日前整改完，同意延到12月2日", "12-02 date 12月2日"),
        ("许可证2026年12月1日到期，限11月30日前提交延续申请", "11-30 date 11月30日前"),
        ("三天不改就罚", "11-23 calendar 三天"),
        ("三天之内没改好的话就立案", "11-23 calendar 三天之内"),
        ("明天不清走就拖走", "11-21 date 明天"),
        ("三日内（11月25日前）改好", "11-25 working 三日内"),
        ("整改时限：即日起至12月5日", "12-05 date 12月5日"),
    ],
)
def test_of_several_the_one_that_is_set_counts_and_a_correction_counts_last(text, day):
    assert found(text) == day


@pytest.mark.parametrize(
    ("now", "text", "day"),
    [
        ("09-28", "限3个工作日", "10-08 working 3个工作日"),
        ("09-28", "限3天", "10-08 calendar 3天"),
        ("09-28", "限2天", "09-30 calendar 2天"),
        ("09-18", "限2日", "09-21 working 2日"),  # the Sunday is worked
        ("09-18", "限2天", "09-20 calendar 2天"),  # and no rest day to move from
        ("10-08", "限2天", "10-10 calendar 2天"),
        ("10-08", "限3天", "10-12 calendar 3天"),
        ("02-12", "限三日", "02-24 working 三日"),
        ("02-12", "限两天", "02-14 calendar 两天"),
        ("02-12", "限5天", "02-24 calendar 5天"),
        ("02-12", "2月18日前", "02-18 date 2月18日前"),
        ("02-12", "春节前弄完", "02-15 date 春节前"),
        ("09-20", "国庆前弄完", "10-01 date 国庆前"),
        ("09-20", "节前弄完", "09-25 date 节前"),
        ("04-20", "五一前弄完", "05-01 date 五一前"),
        ("05-31", "限一个月", "06-30 calendar 一个月"),
        ("01-31", "限一个月", "02-28 calendar 一个月"),
        ("11-18", "周五前", "11-20 date 周五前"),
        ("11-18", "这周五前", "11-20 date 这周五前"),
        ("11-18", "下周五前", "11-27 date 下周五前"),
        ("11-22", "周末前", "11-22 date 周末前"),
        ("11-22", "下周一前", "11-23 date 下周一前"),
    ],
)
def test_r38_a_period_that_ends_on_a_rest_day_moves_on_and_a_named_day_never_does(now, text, day):
    assert found(text, at(now)) == day


def test_the_day_is_counted_in_china():
    assert found("限1天", dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)) == "11-24 calendar 1天"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("限3个工作日内改正", "3个工作日，到11月25日（星期三）"),
        ("限三日", "3个工作日，到11月25日（星期三）"),
        ("限三天", "三天，到11月23日（星期一）"),
        ("限两天", "两天，11月22日（星期日）是休息日，顺延到11月23日（星期一）"),
        ("12月5日前", "12月5日（星期六）"),
        ("下午五点前清掉", "11月20日（星期五）17:00前"),
        ("元旦前", "2027年1月1日（星期五）"),
        ("限45天", "45天，到2027年1月4日（星期一），节假日安排未公布，以公布为准"),
        ("限30个工作日", "30个工作日，到2027年1月4日（星期一），节假日安排未公布，以公布为准"),
    ],
)
def test_the_explanation_is_plain_and_names_day_and_weekday(text, said):
    deadline = find_deadline(text, NOW)
    assert deadline is not None
    assert deadline.said == said


def test_a_deadline_tells_what_is_uncertain_of_it():
    moved, named, far = (find_deadline(text, NOW) for text in ("限两天", "12月5日前", "限60天"))
    assert moved and moved.rolled and moved.is_announced
    assert named and not named.rolled and not is_workday(named.day)
    assert far and not far.is_announced


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("下午五点前清掉", dt.time(17)),
        ("今晚八点半前收回去", dt.time(20, 30)),
        ("明天上午10:30前提交", dt.time(10, 30)),
        ("明天中午12点前清空", dt.time(12)),
        ("后天中午前清空", dt.time(12)),
        ("半小时内打开", dt.time(10, 30)),
        ("今天下班前挂好", None),
        ("11月25日前", None),
    ],
)
def test_an_hour_is_kept(text, hour):
    deadline = find_deadline(text, NOW)
    assert deadline is not None
    assert deadline.hour == hour


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3天", "11-23 calendar 3天"),
        ("三日", "11-25 working 三日"),
        ("5个工作日吧", "11-27 working 5个工作日"),
        ("25号", "11-25 date 25号"),
        ("12.5", "12-05 date 12.5"),
        ("12/5", "12-05 date 12/5"),
        ("20261205", "12-05 date 20261205"),
        ("2026-12-05", "12-05 date 2026-12-05"),
        ("12月5号吧", "12-05 date 12月5号"),
        ("下周三", "11-25 date 下周三"),
        ("周三", "11-25 date 周三"),
        ("就周三", "11-25 date 周三"),
        ("今天", "11-20 date 今天"),
        ("明天", "11-21 date 明天"),
        ("当场", "11-20 date 当场"),
        ("月底", "11-30 date 月底"),
        ("到月底", "11-30 date 月底"),
        ("半个月", "12-07 calendar 半个月"),
        ("给他一周", "11-27 calendar 一周"),
        ("3天，不，5天", "11-25 calendar 5天"),
        ("限他三日内改好，照片发群里", "11-25 working 三日内"),
        ("5", "-"),
        ("没有", "-"),
        ("不知道", "-"),
        ("11月15日", "-"),
        ("2月30日", "-"),
        ("两三天", "-"),
        ("", "-"),
    ],
)
def test_an_answer_that_is_only_a_deadline_needs_no_order(text, day):
    assert answered(text) == day


@pytest.mark.xfail(strict=True, reason="known misses")
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("限5日内换包装 老板嫌短 定10日", "11-30 calendar 10日"),
        ("公示牌三日内要挂 他没挂", "-"),
        ("期限？就这周五吧", "11-20 date 这周五"),
    ],
)
def test_known_misses_are_still_missed(text, day):
    assert found(text) == day


SIGNS = "限给他宽责令让到上次过期三两半3０52个天日周星月年底前内之后工作自然号下本今明当场马整改没动不对:/-.，。（）国庆节点午㍘①１²🚗\u200b\n "
TEXTS = st.one_of(st.text(max_size=60), st.text(SIGNS, max_size=40))
NOWS = st.integers(0, 6000 * 24).map(lambda hours: dt.datetime(2020, 1, 1, tzinfo=CHINA) + dt.timedelta(hours=hours))


@given(TEXTS, NOWS)
@example("限２月３０日前", NOW)
@example("限9999年99月99日前", NOW)
@example("限" + "一" * 500 + "天", NOW)
def test_no_text_ever_raises_and_the_words_are_the_texts_own(text, now):
    for deadline in (find_deadline(text, now), deadline_of(text, now)):
        if deadline is not None:
            assert deadline.words and text[slice(*deadline.span)] == deadline.words
            assert deadline.day >= now.date()
            assert deadline.basis == "date" or deadline.hour or is_workday(deadline.day)
            assert deadline.day.strftime("%-d日") in deadline.said


@given(st.integers(1, 60), st.sampled_from(["天", "个工作日", "个自然日", "周"]), NOWS)
def test_more_days_never_end_earlier(n, unit, now):
    shorter, longer = find_deadline(f"限{n}{unit}", now), find_deadline(f"限{n + 10}{unit}", now)
    assert shorter and longer
    assert now.date() < shorter.day <= longer.day
