"""The functions that stable forms are made of, as JavaScript; erf, which it lacks, from series that mpmath computes."""

from functools import cache

import mpmath


def javascript_helpers(source):
    """The definitions of the helper functions that a compiled source mentions, those they need included."""
    needed, text = [], source
    for name in reversed(HELPERS):
        definition = HELPERS[name]
        if f"{name}(" in text:
            needed.insert(0, definition() if callable(definition) else definition)
            text += needed[0]
    return "\n".join(needed)


@cache
def _erf_javascript():
    """erf by its Maclaurin series for |u| < 1, and erfcx by a Chebyshev series in (u - 15/4)/(u + 15/4)."""
    with mpmath.workdps(40):
        unit = 2 / mpmath.sqrt(mpmath.pi)
        series = [float((-1) ** n * unit / (mpmath.factorial(n) * (2 * n + 1))) for n in range(20)]
        chebyshev = [float(c) for c in _chebyshev(_scaled_erfcx, 34)]
    return (
        f"const erfSeries={series},erfcxSeries={chebyshev};\n"
        "const erf=(u)=>{if(Math.abs(u)>1)return Math.sign(u)*(1-erfcx(Math.abs(u))*Math.exp(-u*u));"
        "let s=0;for(let i=erfSeries.length;i--;)s=s*u*u+erfSeries[i];return u*s;};\n"
        "const erfcx=(u)=>{const t=2*(u-3.75)/(u+3.75);let a=0,b=0;"
        "for(let i=erfcxSeries.length;i--;){const c=t*a-b+erfcxSeries[i];b=a;a=c;}"
        "return (a-t*b/2)/(1+2*u);};"
    )


def _scaled_erfcx(t):
    """(1 + 2u)·exp(u²)·erfc(u), smooth and of order 1 for all u ≥ 0, as a function of t = (u - 15/4)/(u + 15/4)."""
    u = mpmath.mpf(15) / 4 * (1 + t) / (1 - t)
    return (1 + 2 * u) * mpmath.exp(u * u) * mpmath.erfc(u)


def _chebyshev(f, n):
    """The first n coefficients of the Chebyshev series of f on (-1, 1), from its values at 2n nodes."""
    nodes = [mpmath.pi * (2 * k + 1) / (4 * n) for k in range(2 * n)]
    values = [f(mpmath.cos(node)) for node in nodes]
    return [(1 if j else mpmath.mpf(1) / 2) / n * sum(v * mpmath.cos(j * t) for v, t in zip(values, nodes, strict=True))
            for j in range(n)]


# Each after those that it calls; the numbers of erf are computed once they are needed.
HELPERS = {
    "plus": "const plus=(a,b)=>{const s=a[0]+b[0],p=s-a[0],e=(a[0]-(s-p))+(b[0]-p)+(a[1]+b[1]);"
            "return [s,isFinite(e)?e:0];};",
    "times": "const halves=(a)=>{const s=134217729*a,h=s-(s-a);return [h,a-h];};\n"
             "const times=(a,b)=>{const p=a[0]*b[0],[c,d]=halves(a[0]),[f,g]=halves(b[0]);"
             "const e=((c*f-p)+c*g+d*f)+d*g+(a[0]*b[1]+a[1]*b[0]);return [p,isFinite(e)?e:0];};",
    "expit": "const expit=(u)=>1/(1+Math.exp(-u));",
    "log1pexp": "const log1pexp=(u)=>Math.max(u,0)+Math.log1p(Math.exp(-Math.abs(u)));",
    "exp_pair": "const exp_pair=(u)=>Math.exp(u[0])*(1+u[1]);",
    "expit_pair": "const expit_pair=(u)=>expit(u[0])*(1+u[1]*expit(-u[0]));",
    "log1pexp_pair": "const log1pexp_pair=(u)=>log1pexp(u[0])+u[1]*expit(u[0]);",
    "logsumexp": "const logsumexp=(...u)=>{const m=Math.max(...u),k=u.indexOf(m);"
                 "return m+Math.log1p(u.reduce((s,v,i)=>i===k?s:s+Math.exp(v-m),0));};",
    "logcosh": "const logcosh=(u)=>{const a=Math.abs(u);return a<1?Math.log1p(2*Math.sinh(a/2)**2):"
               "a+(Math.log1p(Math.exp(-2*a))-Math.LN2);};",
    "logsinh": "const logsinh=(u)=>u<1?Math.log(Math.sinh(u)):u+(Math.log1p(-Math.exp(-2*u))-Math.LN2);",
    "log1psquare": "const log1psquare=(u)=>Math.abs(u)<1e8?Math.log1p(u*u):2*Math.log(Math.abs(u));",
    "damped": "const damped=(d,r)=>d===0?0:d*r;",
    "conjugate_sum": "const conjugate_sum=(u,c)=>{const h=Math.hypot(u,Math.sqrt(c));return u>=0?u+h:c/(h-u);};",
    "root_minus_one": "const root_minus_one=(u)=>u*(u/(1+Math.hypot(u,1)));",
    "modulo": "const modulo=(u,v)=>{const r=u%v;return r*v<0?r+v:r;};",
    "erf": _erf_javascript,
    "scaled_erfc": "const scaled_erfc=(u,e)=>u>0.5?erfcx(u)*e:u<-0.5?2-erfcx(-u)*e:1-erf(u);",
    "exp_erfc": "const exp_erfc=(v,u,d)=>u>0.5?erfcx(u)*Math.exp(d):Math.exp(v)*scaled_erfc(u,Math.exp(-u*u));",
}
