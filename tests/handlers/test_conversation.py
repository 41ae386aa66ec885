"""The dialogue as people use it, on SQLite and PostgreSQL."""

from __future__ import annotations

from tests.people import World, lead_of, words_of


async def test_a_lay_question_is_answered_with_the_words_and_where_they_stand(world: World) -> None:
    owner = world.person()
    answer = await owner.says("灭火器过期了两个，当场就换了，会罚吗")
    assert lead_of(answer) == "列入不予处罚事项清单：灭火器未保持完好有效"
    assert "失压、过期灭火器不超过２具" in words_of(answer)
    assert "《示范县消防救援大队不予处罚事项清单》 · 序号1" in words_of(answer)
    assert words_of(answer).endswith("以执法机关认定为准。")


async def test_what_no_text_settles_is_said_so_with_the_nearest_headings(world: World) -> None:
    owner = world.person()
    answer = await owner.says("明天会下雨吗")
    assert lead_of(answer) == "查无依据。"
    assert "转人工" in owner.labels
