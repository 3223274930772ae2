import yaml
d=yaml.safe_load(open('/work/shared/knowledge/facts.yml'))
print(d.keys())
def line(r):
    print('##',r['id'],{k:v for k,v in r.items() if k not in('facts','id')})
    for f in r['facts']:
        t=f['text']
        print('  -',f['id'],f['as_of'],f['source'],f['confidence']); 
        for l in('en','de','zh'): print('     ',l,t[l])
import sys
for k in sys.argv[1:]:
    print('=====',k)
    for r in d[k]: line(r)
