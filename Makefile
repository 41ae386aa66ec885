# 容错助手 · make help 列出全部命令
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
# 有的机器不让 Python 保存编译结果，那样每个进程都要多花三秒；放在各自的文件夹里，不碍事
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup run test test-all lint types check evaluate bench kills peers fuzz fuzz-coverage audit train lock clean browser papers

help: ## 列出全部命令
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "需要 Python 3.11 或更新的版本"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@test -x $(VENV)/bin/uv || $(PY) -m pip install --quiet --disable-pip-version-check "$$(grep -oE '^uv==[0-9.]+' requirements.lock)"
	@VIRTUAL_ENV=$(VENV) $(VENV)/bin/uv pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV=$(VENV) $(VENV)/bin/uv pip install --quiet --no-deps --editable .
	@touch $@

setup: $(STAMP) ## 准备运行环境

run: $(STAMP) ## 启动：http://127.0.0.1:8080
	@RONGCUO_DEMO=$${RONGCUO_DEMO-1} $(PY) -m bot serve

browser: ## 缺少 Chromium 时装上（Debian）
	@sh .ci/browser

test: $(STAMP) browser ## 跑全部测试
	@$(PY) -m pytest -n $(or $(WORKERS),2) --dist loadfile --no-loadscope-reorder

test-all: $(STAMP) browser ## 一条不漏：对话在两种数据库上全跑，文书排版成图，杀进程
	@EVERYTHING=1 $(PY) -m pytest -n $(or $(WORKERS),2) --dist loadfile --no-loadscope-reorder

lint: $(STAMP) ## 代码风格和楼层
	@$(VENV)/bin/ruff check . && $(VENV)/bin/lint-imports

types: $(STAMP) ## 类型检查
	@$(VENV)/bin/mypy

check: lint types ## 风格、楼层、类型

evaluate: $(STAMP) ## 用开发评测题打分
	@$(PY) -m bot evaluate --questions $(or $(QUESTIONS),../shared/evaluation/questions.yaml)

bench: $(STAMP) ## 性能与同类对比，结果写进 docs/benchmarks.md
	@$(PY) -m benchmarks.run

kills: $(STAMP) ## 随机杀进程两百次，看有没有丢、有没有重（SQLite 和 PostgreSQL，约半小时）
	@$(PY) -m benchmarks.kills --kills $(or $(KILLS),200) --record

peers: $(STAMP) ## 给同类机器人装一个自己的环境，供 benchmarks.forms 用
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/forms/requirements-peers.txt

fuzz: $(STAMP) ## 十万个坏输入喂给每个读取器（INPUTS、SEED、ONLY 可设），结果写进 benchmarks/results/fuzz.json
	@$(PY) -m benchmarks.fuzz --inputs $(or $(INPUTS),100000) --seed $(or $(SEED),1) --only "$(ONLY)"

fuzz-coverage: $(STAMP) ## 按覆盖率找坏输入（临时装 atheris）：ONLY=读取器 RUNS=次数
	@$(VENV)/bin/uv run --no-project --python $(PY) --with-requirements requirements.lock --with atheris python -m benchmarks.fuzz.coverage --only "$(or $(ONLY),deadlines)" --runs $(or $(RUNS),20000)

audit: $(STAMP) ## 依赖有没有公布的漏洞（pip-audit，要能连上漏洞库）
	@$(VENV)/bin/uv tool run pip-audit --requirement requirements.lock --no-deps --disable-pip

train: $(STAMP) ## 重新训练匹配参数
	@$(PY) -m benchmarks.train_ranker

papers: $(STAMP) ## 把每种文书做出来看，放在 var/papers（有 LibreOffice 时带图片）
	@$(PY) -m bot papers preview $(or $(TO),var/papers)

lock: ## 重新锁定依赖
	@$(VENV)/bin/uv lock --quiet && $(VENV)/bin/uv export --quiet --no-emit-project --all-groups --format requirements-txt --no-header --no-annotate -o requirements.lock >/dev/null && rm -f uv.lock

clean: ## 删去环境和缓存（不动数据）
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build dist *.egg-info
