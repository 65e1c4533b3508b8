"""How common Chinese family names are written in Latin letters: pinyin, Wade-Giles, Cantonese.

For comparing only: a name in one script is never taken for one in another on this ground alone.
"""

from functools import cache

# Characters (simplified, then traditional where it differs), and spellings, the pinyin first.
SPELLED = """
王 wang wong|李 li lee|张張 zhang chang cheung|刘劉 liu lau|陈陳 chen chan tan|杨楊 yang yeung
黄黃 huang wong|赵趙 zhao chao chiu|吴吳 wu ng|周 zhou chou chow chau|徐 xu hsu tsui|孙孫 sun suen
马馬 ma|朱 zhu chu|胡 hu wu|郭 guo kuo kwok|何 he ho|高 gao kao ko|林 lin lam lim|罗羅 luo lo law
郑鄭 zheng cheng|梁 liang leung|谢謝 xie hsieh tse|宋 song sung|唐 tang tong|许許 xu hsu hui
韩韓 han hon|冯馮 feng fung|邓鄧 deng teng tang|曹 cao tsao cho|彭 peng pang|曾 zeng tseng tsang
肖 xiao|萧蕭 xiao hsiao siu|田 tian tien tin|董 dong tung|袁 yuan yuen|潘 pan poon|于 yu|余 yu yee
蒋蔣 jiang chiang|蔡 cai tsai choi|杜 du tu to|叶葉 ye yeh ip yip|程 cheng ching|苏蘇 su so
魏 wei ngai|吕呂 lv lu lui|丁 ding ting|任 ren jen yam|沈 shen sum|姚 yao yiu|卢盧 lu lo|姜 jiang
崔 cui tsui choi|钟鍾 zhong chung|谭譚 tan tam|陆陸 lu luk|汪 wang wong|范 fan|金 jin chin kam
石 shi shih shek|廖 liao liu|贾賈 jia|夏 xia hsia ha|韦韋 wei|傅 fu|方 fang fong|白 bai pai
邹鄒 zou chow|孟 meng mang|熊 xiong hung|秦 qin chin|邱 qiu chiu yau|江 jiang chiang kong|尹 yin
薛 xue sit|闫閆 yan|阎閻 yan yim|段 duan|雷 lei lui|侯 hou|龙龍 long lung|史 shi|陶 tao|黎 li lai
贺賀 he|顾顧 gu ku koo|毛 mao mo|郝 hao|龚龔 gong kung|邵 shao|万萬 wan man|钱錢 qian chien
严嚴 yan yim|覃 qin tan|武 wu|戴 dai tai|莫 mo mok|孔 kong kung hung|向 xiang|汤湯 tang tong
康 kang hong|易 yi|乔喬 qiao|赖賴 lai|文 wen man|施 shi sze|洪 hong hung|翁 weng yung|温溫 wen wan
柳 liu lau|鲁魯 lu lo|童 tong tung|符 fu|伍 wu ng|凌 ling|游 you yau|关關 guan kwan|梅 mei mui
欧阳歐陽 ouyang auyeung|司马司馬 sima|诸葛諸葛 zhuge|上官 shangguan|司徒 situ szeto|夏侯 xiahou
"""
COMPOUND = 2  # characters of a long family name
COMPOUNDS = frozenset({"欧阳", "司马", "诸葛", "上官", "司徒", "夏侯"})


@cache
def _table() -> dict[str, tuple[str, frozenset[str]]]:
    """By characters: the simplified form, and every spelling."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for entry in SPELLED.replace("\n", "|").split("|"):
        if not entry:
            continue
        characters, *spellings = entry.split()
        width = COMPOUND if characters[:COMPOUND] in COMPOUNDS else 1
        forms = [characters[i : i + width] for i in range(0, len(characters), width)]
        for form in forms:
            found[form] = (forms[0], frozenset(spellings))
    return found


def split_han(name: str) -> tuple[str, str]:
    """Family and given name of one written together, such as 王小明."""
    width = COMPOUND if name[:COMPOUND] in _table() and len(name) > COMPOUND else 1
    return name[:width], name[width:]


def simplified(family: str) -> str:
    """The simplified form of a family name that is known; else as it is."""
    return _table().get(family, (family, frozenset[str]()))[0]


def spellings(family: str) -> frozenset[str]:
    """How a family name in characters is written in Latin letters; empty if it is not known."""
    return _table().get(family, ("", frozenset[str]()))[1]
